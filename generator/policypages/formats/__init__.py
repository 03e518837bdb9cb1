"""The formats that people write, each library in a room of its own."""
