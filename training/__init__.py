"""Draw plates, train finder and reader on them, export, measure: nothing here runs in the product."""
