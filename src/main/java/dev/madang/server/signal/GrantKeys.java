package dev.madang.server.signal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/// The keys of rooms, foremost those that sign grants: from the configuration, or made once for
/// this install and kept in its data folder, readable by its owner alone. Used at the start, by the
/// thread that starts.
final class GrantKeys {
  private GrantKeys() {}

  /// @param configured secrets by key id; if there are none, this install's own key is used
  static Grants grants(Map<String, String> configured, Path data) {
    var secrets = new LinkedHashMap<String, byte[]>();
    configured.forEach((id, secret) -> secrets.put(id, secret.getBytes(StandardCharsets.UTF_8)));
    if (secrets.isEmpty()) {
      secrets.put(OWN, own(data, "grants.key"));
    }
    return new Grants(secrets);
  }

  /// What identities of people without a token are derived from: the same after another start, so
  /// that what is kept of them stays theirs.
  static byte[] identities(Path data) {
    return own(data, "identities.key");
  }

  /// Two starts at the same time agree: whoever creates the file first decides.
  private static byte[] own(Path data, String name) {
    Path file = data.resolve(name);
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(data);
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        create(data, file, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
      }
      String text = Files.readString(file).strip();
      if (text.length() < 32) {
        throw new IllegalArgumentException(
            file + " is no key: remove it and a new one is made; what was made by it ends.");
      }
      return text.getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The key " + file + " cannot be kept.", e);
    }
  }

  /// Written aside first, so that nobody reads half a key.
  private static void create(Path data, Path file, String text) throws IOException {
    Path whole = Files.createTempFile(data, "grants", ".new", ownerOnly());
    try {
      Files.writeString(whole, text + "\n");
      Files.createLink(file, whole);
    } catch (FileAlreadyExistsException _) {
      // Another start made one a moment ago: that is the key.
    } catch (UnsupportedOperationException | FileSystemException _) {
      Files.move(whole, file);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static final String OWN = "own";
}
