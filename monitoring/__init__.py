"""The wing of marketer and head of sales: what the channels bring, and what changed."""
