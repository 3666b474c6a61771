package dev.madang.server.turn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/// The secret of this install, made once and readable by its owner alone.
final class SecretFile {
  private SecretFile() {}

  static String readOrMake(Path file) throws IOException {
    if (!Files.exists(file)) {
      make(file);
    }
    String secret = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (secret.length() < 16) {
      throw new IOException(file + " holds no secret; remove it and a new one is made");
    }
    return secret;
  }

  /// Written aside and moved, so that a start cut short leaves no half of a secret.
  private static void make(Path file) throws IOException {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path aside = Files.createTempFile(folder, "secret", null, OWNER_ONLY);
    try {
      Files.writeString(
          aside,
          Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "\n",
          StandardOpenOption.WRITE);
      Files.move(aside, file);
    } catch (FileAlreadyExistsException _) {
      // Another process was first: its secret is as good.
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static final FileAttribute<?>[] OWNER_ONLY =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
          ? new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(
                Set.copyOf(PosixFilePermissions.fromString("rw-------")))
          }
          : new FileAttribute<?>[0];
}
