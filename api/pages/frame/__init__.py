"""What all pages share: sessions, words, looks, forms and problems. A surface imports from here, never the reverse."""
