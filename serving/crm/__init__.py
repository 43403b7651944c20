"""CRMs tell that something happened: who sends it is proven, it is on disk, and it is answered at once."""
