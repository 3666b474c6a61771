package dev.madang.protocol.gcm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// Galois/Counter Mode by the system's OpenSSL 3, called on the arrays themselves: no copy, no
/// garbage. Every range that C sees is cut from its array first, which checks its bounds.
///
/// The C side of it (about 1 KB) is freed after the garbage collector found that nobody can use it
/// any more.
final class OpenSslGcm implements Gcm {
  private final MemorySegment context;
  private final boolean sealing;
  private final int[] written = new int[1];

  /** Whether this machine has what it takes, and it computes what it should. */
  static boolean isAvailable() {
    return Availability.AVAILABLE;
  }

  OpenSslGcm(byte[] key, boolean sealing) {
    this.sealing = sealing;
    try {
      MemorySegment made = (MemorySegment) Calls.NEW.invokeExact();
      if (made.equals(MemorySegment.NULL)) {
        throw new OutOfMemoryError("EVP_CIPHER_CTX_new");
      }
      context = made.reinterpret(Arena.ofAuto(), OpenSslGcm::free);
      MemorySegment cipher =
          switch (key.length) {
            case 16 -> (MemorySegment) Calls.AES_128_GCM.invokeExact();
            case 32 -> (MemorySegment) Calls.AES_256_GCM.invokeExact();
            default -> throw new IllegalArgumentException("a key of " + key.length + " bytes");
          };
      check(
          (int)
              Calls.INIT.invokeExact(
                  context,
                  cipher,
                  MemorySegment.NULL,
                  MemorySegment.ofArray(key),
                  MemorySegment.NULL,
                  sealing ? 1 : 0));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  @Override
  public void seal(
      byte[] iv,
      byte[] data,
      int dataOffset,
      int dataLength,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset) {
    if (!sealing) {
      throw new IllegalStateException("made to open");
    }
    MemorySegment tag = slice(out, outOffset + length, TAG);
    try {
      start(iv, data, dataOffset, dataLength);
      update(slice(out, outOffset, length), slice(in, inOffset, length), length);
      check((int) Calls.FINAL.invokeExact(context, tag, MemorySegment.ofArray(written)));
      check((int) Calls.CONTROL.invokeExact(context, GET_TAG, TAG, tag));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  @Override
  public boolean open(
      byte[] iv,
      byte[] data,
      int dataOffset,
      int dataLength,
      byte[] bytes,
      int offset,
      int length) {
    if (sealing) {
      throw new IllegalStateException("made to seal");
    }
    MemorySegment tag = slice(bytes, offset + length, TAG);
    try {
      start(iv, data, dataOffset, dataLength);
      MemorySegment place = slice(bytes, offset, length);
      update(place, place, length);
      check((int) Calls.CONTROL.invokeExact(context, SET_TAG, TAG, tag));
      // It writes nothing, but wants to know where.
      return (int) Calls.FINAL.invokeExact(context, tag, MemorySegment.ofArray(written)) == 1;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  private void start(byte[] iv, byte[] data, int offset, int length) throws Throwable {
    check(
        (int)
            Calls.INIT.invokeExact(
                context,
                MemorySegment.NULL,
                MemorySegment.NULL,
                MemorySegment.NULL,
                slice(iv, 0, IV),
                -1));
    update(MemorySegment.NULL, slice(data, offset, length), length);
  }

  private void update(MemorySegment out, MemorySegment in, int length) throws Throwable {
    check((int) Calls.UPDATE.invokeExact(context, out, MemorySegment.ofArray(written), in, length));
  }

  private static MemorySegment slice(byte[] bytes, int offset, int length) {
    return MemorySegment.ofArray(bytes).asSlice(offset, length);
  }

  private static void check(int result) {
    if (result != 1) {
      throw new IllegalStateException("OpenSSL answers " + result);
    }
  }

  private static void free(MemorySegment context) {
    try {
      Calls.FREE.invokeExact(context);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  private static RuntimeException broken(Throwable e) {
    return switch (e) {
      case RuntimeException runtime -> runtime;
      case Error error -> throw error;
      default -> new IllegalStateException(e);
    };
  }

  private static final int GET_TAG = 0x10;
  private static final int SET_TAG = 0x11;

  /// The bound functions, looked up when first needed.
  private static final class Calls {
    private static final SymbolLookup CRYPTO =
        SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());

    static final MethodHandle NEW = bind("EVP_CIPHER_CTX_new", ADDRESS);
    static final MethodHandle AES_128_GCM = bind("EVP_aes_128_gcm", ADDRESS);
    static final MethodHandle AES_256_GCM = bind("EVP_aes_256_gcm", ADDRESS);
    static final MethodHandle FREE =
        Linker.nativeLinker()
            .downcallHandle(
                CRYPTO.findOrThrow("EVP_CIPHER_CTX_free"), FunctionDescriptor.ofVoid(ADDRESS));
    // (context, cipher, engine, key, iv, 1 to encrypt or 0 or -1 as before)
    static final MethodHandle INIT =
        bind("EVP_CipherInit_ex", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT);
    // (context, out, out length, in, in length)
    static final MethodHandle UPDATE =
        bind("EVP_CipherUpdate", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT);
    static final MethodHandle FINAL =
        bind("EVP_CipherFinal_ex", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle CONTROL =
        bind("EVP_CIPHER_CTX_ctrl", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);

    /// `critical`: the call may be given places in arrays, and is over in less than a microsecond.
    private static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
      return Linker.nativeLinker()
          .downcallHandle(
              CRYPTO.findOrThrow(name),
              FunctionDescriptor.of(result, arguments),
              Linker.Option.critical(true));
    }
  }

  private static final class Availability {
    static final boolean AVAILABLE = tried();

    /// Whether the JDK opens what it seals.
    private static boolean tried() {
      byte[] key = new byte[16];
      byte[] iv = new byte[IV];
      byte[] bytes = new byte[21 + TAG];
      try {
        new OpenSslGcm(key, true).seal(iv, key, 0, key.length, bytes, 0, 21, bytes, 0);
      } catch (LinkageError | RuntimeException _) {
        // No such library here, or native access is not allowed: the JDK does it.
        return false;
      }
      return new JdkGcm(key).open(iv, key, 0, key.length, bytes, 0, 21);
    }
  }
}
