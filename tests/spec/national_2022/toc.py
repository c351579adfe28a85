"""Table of contents of the specs: each encoded paragraph, and the file that specifies it."""

CONTENTS = {
    "第二条": ("test_recognition.py",),
    "互认标识": ("test_recognition.py",),
    "互认项目": ("test_recognition.py",),
    "重新检查（一）": ("test_repeat.py",),
    "重新检查（二）": ("test_repeat.py",),
    "重新检查（三）": ("test_repeat.py",),
    "重新检查（四）": ("test_repeat.py",),
    "重新检查（五）": ("test_repeat.py",),
    "重新检查（六）": ("test_repeat.py",),
    "施行": ("test_in_force.py",),
}
