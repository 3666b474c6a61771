package dev.madang.room.forward;

/// What a [Track] is made of.
public enum Kind {
  AUDIO,
  VIDEO
}
