package dev.madang.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void nothingThatSteersATerminalOrTurnsTheDirectionIsLeft() {
    assertThat(Printable.of("a\u001b[2Jb\u009bc\u202ed\r\ne마당")).isEqualTo("a·[2Jb·c·d··e마당");
    assertThat(Printable.lines("one\u0007\ntwo")).isEqualTo("one·\ntwo");
  }
}
