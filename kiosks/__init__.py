"""Taking part: phones, touch screens, and the activities as plain state machines. Imports `content`, nothing else.

`messages` is all a phone and a screen may say to each other, `presence` the code on a screen, `visits` one visitor's
pass, `rooms` everyone at one screen, `activities` what they do there, `layouts` what their phones show, `phone` the
page on them, `words` what is to be known about what they write, `themes` colours, `rehearsals` trying it all.
"""
