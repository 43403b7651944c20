"""Every number of the pages, counted again from the exported files by plain scripts that share no code with the product."""
