package dev.madang.room;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  /// Class 74 of the list of bad inputs.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "...",
        "../../etc/passwd",
        "a/b",
        "a\\b",
        "%2e%2e",
        "C:",
        "a b",
        " a",
        "a\u0000",
        "\u0000",
        "a\nb",
        "a\u202eb",
        "\u2066a",
        "a\u200bb",
        "\u3164",
        "a\u115fb",
        "\u0301a",
        "a:b",
        "a*",
        "<b>",
        "a'b",
        "\ud800",
        "-",
        "😀"
      })
  void aRoomsNameCannotLookLikeAPathOrHideAnything(String text) {
    assertThat(Names.room(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"standup", "a", "9", "a-b_c.d", "회의", "café", "नमस्ते", "会議室-3"})
  void aRoomsNameIsLettersDigitsAndMarksOfAnyScript(String text) {
    assertThat(Names.room(text)).isEqualTo(text);
  }

  @Test
  void oneNameSpelledInTwoWaysIsOneRoom() {
    assertThat(Names.room("Cafe\u0301")).isEqualTo("caf\u00e9");
    assertThat(Names.room("\u1112\u116c\u110b\u1174")).isEqualTo("회의");
  }

  @Test
  void nothingInAPersonsNameIsUnseen() {
    assertThat(Names.person("\uD834\uDD59")).isNull();
    assertThat(Names.person("Ho\u034Fst")).isEqualTo("Host");
    assertThat(Names.person("Host\uFE0F")).isEqualTo("Host");
    assertThat(Names.person("Mina \u2764\uFE0F")).isEqualTo("Mina \u2764\uFE0F");
    assertThat(Names.person("a\nb")).isEqualTo("a b");
    assertThat(Names.fit("a\nb")).isFalse();
    assertThat(Names.fit("\u2764\uFE0F")).isTrue();
  }

  @Test
  void namesEndAtSixtyFourCharacters() {
    assertThat(Names.room("x".repeat(64))).hasSize(64);
    assertThat(Names.room("x".repeat(65))).isNull();
    assertThat(Names.room("x".repeat(65_536))).isNull();
    assertThat(Names.person("x".repeat(65))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a\u202eb",
        "\u2066a\u2069",
        "a\u200f",
        "a\u200bb",
        "\ufeffa",
        "a\u00a0b",
        "a\u2028b",
        "a\nb",
        "a\u0000",
        "\u3164",
        "\u200d\ufe0f",
        "\ud800",
        "\udb40\udc41",
        "\ue000"
      })
  void whatIsShownAsItStandsTurnsNothingAroundAndHidesNothing(String text) {
    assertThat(Names.fit(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ann@example.org", "Ann Lee", "김철수", "أحمد", "🎉", "❤️", "👩🏽‍💻", "🇰🇷", "1️⃣"})
  void identitiesAndReactionsOfAnyScriptAreFit(String text) {
    assertThat(Names.fit(text)).isTrue();
  }

  @Test
  void aPersonsNameLosesWhatCannotBeSeenOrTurnsTextAround() {
    assertThat(Names.person("\u202eAnn\u202c\u0007\ufeff")).isEqualTo("Ann");
    assertThat(Names.person("김\u3000철수\n")).isEqualTo("김 철수");
    assertThat(Names.person("👩\u200d💻")).isEqualTo("👩\u200d💻");
    assertThat(Names.person("\ud800Ann")).isEqualTo("Ann");
    assertThat(Names.person("\u200d\u0301 \u3164")).isNull();
  }
}
