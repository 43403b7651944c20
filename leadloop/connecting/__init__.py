"""Asks CRMs for what they told, reconciles what their messages missed, and tells them the scores."""
