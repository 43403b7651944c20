"""The door of whoever watches the service: its figures as Prometheus reads them."""
