"""Who really buys, in words: the few segments that stand out among buyers, and what the ads aim at beside them."""
