package dev.madang.server.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// The token of a link that lets one in once. Its digest is kept in the data folder, so that a
/// command beside the server can make one: whoever may write there runs the server. There is one at
/// a time; a new one ends the one before. Blocks.
final class OneTimeLink {
  private final Path file;

  /// @param data this install's folder
  OneTimeLink(Path data) {
    file = data.resolve("admin.link");
  }

  /// A new token.
  String make(Instant now, Duration lasting) throws IOException {
    String token = Secrets.word();
    long until = now.plus(lasting).getEpochSecond();
    OwnerFile.write(file, Secrets.digest(token) + " " + until);
    return token;
  }

  /// Whether this is the token, and good; it is not any more after this.
  boolean redeem(String token, Instant now) throws IOException {
    // Of two who come at once, one finds it there.
    return isGood(token, now) && Files.deleteIfExists(file);
  }

  /// Whether this is the token, and good.
  boolean isGood(String token, Instant now) throws IOException {
    String[] kept;
    try {
      kept = Files.readString(file).strip().split(" ", 2);
    } catch (NoSuchFileException none) {
      return false;
    }
    return kept.length == 2
        && Secrets.equal(kept[0], Secrets.digest(token))
        && kept[1].matches("\\d{1,18}")
        && now.getEpochSecond() < Long.parseLong(kept[1]);
  }
}
