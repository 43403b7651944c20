"""A first company.yaml, drafted from a company's own exports."""
