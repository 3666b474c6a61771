package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads a session description line by line. What stands above all media sections is kept in a
/// draft of its own, from which each section takes what it does not say itself.
final class SessionReader {
  private final SessionDescription.Limits limits;
  private final SectionDraft above = new SectionDraft();
  private final List<SectionDraft> drafts = new ArrayList<>();
  private final List<List<String>> bundles = new ArrayList<>();
  private SectionDraft current = above;
  private long session;
  private long version;
  private boolean lite;
  private boolean extmapAllowMixed;

  private SessionReader(SessionDescription.Limits limits) {
    this.limits = limits;
  }

  static SessionDescription read(String text, SessionDescription.Limits limits) {
    if (text.length() > limits.length()) {
      throw new ProtocolException(
          "a session description of "
              + text.length()
              + " characters, at most "
              + limits.length()
              + " are taken");
    }
    SessionReader reader = new SessionReader(limits);
    reader.lines(text);
    return reader.description();
  }

  private void lines(String text) {
    int number = 0;
    for (int at = 0; at < text.length(); ) {
      int feed = text.indexOf('\n', at);
      int next = feed < 0 ? text.length() : feed + 1;
      int end = feed < 0 ? text.length() : feed;
      if (end > at && text.charAt(end - 1) == '\r') {
        end--;
      }
      number++;
      checkCharacters(text, at, end, number);
      line(text.substring(at, end), number);
      at = next;
    }
    if (number == 0) {
      throw new ProtocolException("an empty session description");
    }
  }

  /// Whatever could end a line, a string or a terminal's good behaviour is refused, not mended.
  private static void checkCharacters(String text, int from, int to, int number) {
    if (to - from > MAX_LINE) {
      throw new ProtocolException("line " + number + " has " + (to - from) + " characters");
    }
    for (int i = from; i < to; i++) {
      if (Character.isISOControl(text.charAt(i))) {
        throw new ProtocolException("a control character in line " + number);
      }
    }
  }

  private void line(String line, int number) {
    if (number == 1) {
      if (!line.equals("v=0")) {
        throw new ProtocolException("no session description: it does not begin with v=0");
      }
      return;
    }
    if (line.isEmpty()) {
      return;
    }
    if (line.length() < 2 || line.charAt(1) != '=') {
      throw new ProtocolException("line " + number + " is no line: " + Words.shortened(line));
    }
    String value = line.substring(2);
    switch (line.charAt(0)) {
      case 'o' -> origin(value);
      case 'm' -> media(value);
      case 'a' -> attribute(value);
      default -> {}
    }
  }

  /** RFC 8866 §5.2. Numbers that are none are nobody's loss. */
  private void origin(String value) {
    String[] words = value.split(" ", 4);
    if (words.length == 4) {
      session = Math.max(0, Words.numberOr(words[1], 0));
      version = Math.max(0, Words.numberOr(words[2], 0));
    }
  }

  private void media(String value) {
    if (drafts.size() == limits.sections()) {
      throw new ProtocolException("more than " + limits.sections() + " media sections");
    }
    current = new SectionDraft();
    current.media(value);
    drafts.add(current);
  }

  private void attribute(String attribute) {
    int colon = attribute.indexOf(':');
    String name = colon < 0 ? attribute : attribute.substring(0, colon);
    String value = colon < 0 ? "" : attribute.substring(colon + 1);
    switch (name) {
      case "ice-lite" -> lite = true;
      case "extmap-allow-mixed" -> extmapAllowMixed = true;
      case "group" -> group(value);
      default -> current.attribute(name, value);
    }
  }

  private void group(String value) {
    String[] words = value.trim().split(" +");
    if (words[0].equals("BUNDLE")) {
      if (bundles.size() == limits.sections()) {
        throw new ProtocolException("more groups than sections");
      }
      bundles.add(Arrays.asList(words).subList(1, words.length));
    }
  }

  private SessionDescription description() {
    List<MediaSection> sections = new ArrayList<>();
    Set<String> mids = new HashSet<>();
    for (SectionDraft draft : drafts) {
      draft.inherit(above);
      MediaSection section = draft.section();
      if (!section.mid().isEmpty() && !mids.add(section.mid())) {
        throw new ProtocolException("two media sections with mid " + section.mid());
      }
      sections.add(section);
    }
    return new SessionDescription(session, version, lite, extmapAllowMixed, bundles, sections);
  }

  private static final int MAX_LINE = 8192;
}
