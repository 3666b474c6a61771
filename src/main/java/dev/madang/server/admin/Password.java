package dev.madang.server.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// The operator's password, kept as a salted slow hash that the owner of the data folder alone may
/// read. Blocks, and takes a good part of a second.
///
/// ```
/// pbkdf2-sha256 ITERATIONS SALT HASH
/// ```
final class Password {
  private final Path file;

  /// @param data this install's folder
  Password(Path data) {
    file = data.resolve("admin.password");
  }

  boolean isSet() {
    return Files.exists(file);
  }

  void set(String password) throws IOException {
    byte[] salt = Secrets.bytes(16);
    Base64.Encoder text = Base64.getEncoder();
    OwnerFile.write(
        file,
        String.join(
            " ",
            ALGORITHM,
            String.valueOf(ITERATIONS),
            text.encodeToString(salt),
            text.encodeToString(hash(password, salt, ITERATIONS))));
  }

  /// False as well while none is set.
  boolean is(String password) throws IOException {
    if (!isSet()) {
      return false;
    }
    String[] parts = Files.readString(file).strip().split(" ");
    if (parts.length != 4 || !parts[0].equals(ALGORITHM)) {
      throw new IOException(file + " holds no password: remove it, and set one by madang admin");
    }
    byte[] salt = Base64.getDecoder().decode(parts[2]);
    byte[] hash = hash(password, salt, Integer.parseInt(parts[1]));
    return Secrets.equal(parts[3], Base64.getEncoder().encodeToString(hash));
  }

  private static byte[] hash(String password, byte[] salt, int iterations) {
    PBEKeySpec key = new PBEKeySpec(password.toCharArray(), salt, iterations, 256);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(key).getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    } finally {
      key.clearPassword();
    }
  }

  private static final String ALGORITHM = "pbkdf2-sha256";
  private static final int ITERATIONS = 600_000;

  static final int SHORTEST = 10;
  static final int LONGEST = 200;
}
