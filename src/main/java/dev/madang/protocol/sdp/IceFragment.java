package dev.madang.protocol.sdp;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A fragment of SDP with news of ICE alone (RFC 8840 §4.4): `application/trickle-ice-sdpfrag`.
///
/// ```
/// a=group:BUNDLE 0 1
/// m=audio 9 UDP/TLS/RTP/SAVPF 111
/// a=mid:0
/// a=ice-ufrag:EsAw
/// a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
/// a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host
/// a=end-of-candidates
/// ```
///
/// @param frame the lines that say of which media section it speaks: `a=group`, `m=`, `a=mid`
/// @param ice null when the fragment names none
/// @param candidates those that could be read, [#MOST_CANDIDATES] at most
public record IceFragment(
    List<String> frame,
    @Nullable IceCredentials ice,
    List<IceCandidate> candidates,
    boolean endOfCandidates) {
  public IceFragment {
    frame = List.copyOf(frame);
    candidates = List.copyOf(candidates);
  }

  /// @throws ProtocolException when it is too long, or when its credentials are none
  public static IceFragment read(String text) {
    if (text.length() > MOST_CHARACTERS) {
      throw new ProtocolException("a fragment of " + text.length() + " characters");
    }
    List<String> frame = new ArrayList<>();
    List<IceCandidate> candidates = new ArrayList<>();
    String ufrag = null;
    String password = null;
    boolean end = false;
    for (String line : text.lines().toList()) {
      if (line.startsWith("a=ice-ufrag:")) {
        ufrag = line.substring(12).strip();
      } else if (line.startsWith("a=ice-pwd:")) {
        password = line.substring(10).strip();
      } else if (line.startsWith("a=candidate:") && candidates.size() < MOST_CANDIDATES) {
        add(line, candidates);
      } else if (line.equals("a=end-of-candidates")) {
        end = true;
      } else if (isFrame(line) && frame.size() < MOST_FRAME) {
        frame.add(line);
      }
    }
    if ((ufrag == null) != (password == null)) {
      throw new ProtocolException("a fragment with one of ice-ufrag and ice-pwd");
    }
    IceCredentials ice =
        ufrag == null || password == null ? null : new IceCredentials(ufrag, password);
    return new IceFragment(frame, ice, candidates, end);
  }

  /// RFC 9725 §4.3.2: a candidate of a transport that is not supported, or at a name that is not
  /// resolved, is silently discarded.
  private static void add(String line, List<IceCandidate> to) {
    try {
      to.add(IceCandidate.parse(line));
    } catch (ProtocolException _) {
      // One that we cannot read is one that we do not support.
    }
  }

  private static boolean isFrame(String line) {
    return (line.startsWith("m=") || line.startsWith("a=mid:") || line.startsWith("a=group:"))
        && line.length() <= MOST_FRAME_LINE
        && line.chars().allMatch(c -> c >= ' ' && c < 0x7F);
  }

  /// The answer to a restart: our credentials and candidates for the section of `asked`.
  public static String answer(IceFragment asked, LocalTransport local) {
    StringBuilder text = new StringBuilder(512);
    text.append("a=ice-lite\r\na=ice-options:trickle ice2\r\n");
    asked.frame.forEach(line -> text.append(line).append("\r\n"));
    text.append("a=ice-ufrag:").append(local.ice().ufrag()).append("\r\n");
    text.append("a=ice-pwd:").append(local.ice().password()).append("\r\n");
    for (IceCandidate candidate : local.candidates()) {
      text.append("a=").append(candidate.write()).append("\r\n");
    }
    return text.append("a=end-of-candidates\r\n").toString();
  }

  public static final int MOST_CANDIDATES = 64;
  private static final int MOST_CHARACTERS = 64 * 1024;
  private static final int MOST_FRAME = 3;
  private static final int MOST_FRAME_LINE = 256;
}
