"""The search index: parts of names, pinyin, and the last digits of telephone numbers."""
