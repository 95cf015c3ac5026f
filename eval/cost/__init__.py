"""What engines cost beside what they read right: size, memory, time, money, and which of them others beat at both."""
