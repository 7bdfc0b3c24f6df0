"""The municipality gateway: which kommune and person is asked, in which words, and what a kommune may see and say."""
