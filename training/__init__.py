"""The analyst's wing: from settled leads to a champion."""
