"""Staff pages by topic: views, forms, addresses, templates. A view reads input, fetches, calls one service, renders."""
