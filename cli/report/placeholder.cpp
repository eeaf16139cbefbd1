namespace gridlock {}
