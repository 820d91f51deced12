"""Taking part: phones, touch screens, and the activities as plain state machines. Imports `content`, nothing else.

Its place is kept so that nothing else grows into it: messages (all a phone may say and hear), visits (one visitor's
pass), rooms (everyone at one screen), activities (polls, walls, games). None of them is built yet.
"""
