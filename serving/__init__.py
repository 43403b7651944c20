"""The doors: HTTP for the CRM, pages for people."""
