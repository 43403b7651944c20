"""The ad systems' own exports of costs, read as they are: title lines, totals, VAT and all."""
