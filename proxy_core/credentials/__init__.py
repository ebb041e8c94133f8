"""Who we are at Google: credentials, where they are kept, and the access tokens they yield."""
