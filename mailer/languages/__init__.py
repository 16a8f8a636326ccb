"""Languages: what readers see, in theirs. The words are in languages/*.po at the top level."""
