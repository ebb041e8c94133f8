"""HTTP and websockets out: the one pool of connections to Google, behind small interfaces."""
