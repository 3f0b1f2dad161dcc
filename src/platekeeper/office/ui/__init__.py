"""The presentation layer: design system, base pages and template tags; no data, no decisions."""
