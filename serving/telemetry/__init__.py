"""What is told of the service itself: names of requests, counts, spans."""
