"""Our own rules, as tests: style, types, floor plan, sizes, documents, packaging."""
