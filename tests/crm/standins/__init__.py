"""Stand-ins for Bitrix24, amoCRM and HubSpot: real HTTP servers that behave as the vendors document, limits and faults included."""
