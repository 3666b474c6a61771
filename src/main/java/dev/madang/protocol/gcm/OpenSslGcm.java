package dev.madang.protocol.gcm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/// Galois/Counter Mode by the system's OpenSSL 3: no garbage.
///
/// C works in memory of its own, into which a packet is copied and out of which it is copied again,
/// both with checked bounds (15 ns for 1200 bytes each). Arrays could be given to C as they are,
/// but every place in one takes an object to name it. The memory, and the context in C with it
/// (about 1 KB), is freed after the garbage collector found that nobody can use it any more.
final class OpenSslGcm implements Gcm {
  private final MemorySegment context;
  private final boolean sealing;
  private MemorySegment memory = Arena.ofAuto().allocate(INITIAL, 16);

  /** Whether this machine has what it takes, and it computes what it should. */
  static boolean isAvailable() {
    return Availability.AVAILABLE;
  }

  OpenSslGcm(byte[] key, boolean sealing) {
    this.sealing = sealing;
    try {
      long made = (long) Calls.NEW.invokeExact();
      if (made == 0) {
        throw new OutOfMemoryError("EVP_CIPHER_CTX_new");
      }
      context = MemorySegment.ofAddress(made).reinterpret(1, Arena.ofAuto(), OpenSslGcm::free);
      long cipher =
          switch (key.length) {
            case 16 -> (long) Calls.AES_128_GCM.invokeExact();
            case 32 -> (long) Calls.AES_256_GCM.invokeExact();
            default -> throw new IllegalArgumentException("a key of " + key.length + " bytes");
          };
      MemorySegment.copy(key, 0, memory, JAVA_BYTE, 0, key.length);
      int way = sealing ? 1 : 0;
      check((int) Calls.INIT.invokeExact(made, cipher, 0L, memory.address(), 0L, way));
      memory.fill((byte) 0);
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
    lay(iv, data, dataOffset, dataLength, in, inOffset, length);
    int payload = DATA + dataLength;
    try {
      start(dataLength);
      long at = memory.address() + payload;
      update(at, at, length);
      check((int) Calls.FINAL.invokeExact(context.address(), at + length, written()));
      check((int) Calls.CONTROL.invokeExact(context.address(), GET_TAG, TAG, at + length));
    } catch (Throwable e) {
      throw broken(e);
    } finally {
      Reference.reachabilityFence(this);
    }
    MemorySegment.copy(memory, JAVA_BYTE, payload, out, outOffset, length + TAG);
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
    lay(iv, data, dataOffset, dataLength, bytes, offset, length + TAG);
    int payload = DATA + dataLength;
    try {
      start(dataLength);
      long at = memory.address() + payload;
      update(at, at, length);
      check((int) Calls.CONTROL.invokeExact(context.address(), SET_TAG, TAG, at + length));
      if ((int) Calls.FINAL.invokeExact(context.address(), at + length, written()) != 1) {
        return false;
      }
    } catch (Throwable e) {
      throw broken(e);
    } finally {
      Reference.reachabilityFence(this);
    }
    MemorySegment.copy(memory, JAVA_BYTE, payload, bytes, offset, length);
    return true;
  }

  /// Copies what C needs: the nonce, the word for how much was written, the data, the payload; and
  /// leaves room for a tag.
  private void lay(
      byte[] iv,
      byte[] data,
      int dataOffset,
      int dataLength,
      byte[] payload,
      int offset,
      int length) {
    if (length < 0 || dataLength < 0) {
      throw new IndexOutOfBoundsException("a negative length");
    }
    long size = (long) DATA + dataLength + length + TAG;
    if (size > memory.byteSize()) {
      memory = Arena.ofAuto().allocate(size + SPARE, 16);
    }
    MemorySegment.copy(iv, 0, memory, JAVA_BYTE, 0, IV);
    MemorySegment.copy(data, dataOffset, memory, JAVA_BYTE, DATA, dataLength);
    MemorySegment.copy(payload, offset, memory, JAVA_BYTE, DATA + dataLength, length);
  }

  private void start(int dataLength) throws Throwable {
    long at = memory.address();
    check((int) Calls.INIT.invokeExact(context.address(), 0L, 0L, 0L, at, -1));
    update(0, at + DATA, dataLength);
  }

  private void update(long out, long in, int length) throws Throwable {
    check((int) Calls.UPDATE.invokeExact(context.address(), out, written(), in, length));
  }

  private long written() {
    return memory.address() + IV;
  }

  private static void check(int result) {
    if (result != 1) {
      throw new IllegalStateException("OpenSSL answers " + result);
    }
  }

  private static void free(MemorySegment context) {
    try {
      Calls.FREE.invokeExact(context.address());
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

  private static final int DATA = IV + 4;
  private static final int INITIAL = 256;
  private static final int SPARE = 128;
  private static final int GET_TAG = 0x10;
  private static final int SET_TAG = 0x11;

  /// The bound functions, looked up when first needed; pointers are numbers here.
  private static final class Calls {
    private static final SymbolLookup CRYPTO =
        SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());

    static final MethodHandle NEW = bind("EVP_CIPHER_CTX_new", JAVA_LONG);
    static final MethodHandle AES_128_GCM = bind("EVP_aes_128_gcm", JAVA_LONG);
    static final MethodHandle AES_256_GCM = bind("EVP_aes_256_gcm", JAVA_LONG);
    static final MethodHandle FREE =
        bind("EVP_CIPHER_CTX_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    // (context, cipher, engine, key, iv, 1 to encrypt or 0 or -1 as before)
    static final MethodHandle INIT =
        bind(
            "EVP_CipherInit_ex",
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT);
    // (context, out, out length, in, in length)
    static final MethodHandle UPDATE =
        bind("EVP_CipherUpdate", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle FINAL =
        bind("EVP_CipherFinal_ex", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle CONTROL =
        bind("EVP_CIPHER_CTX_ctrl", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);

    private static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
      return bind(name, FunctionDescriptor.of(result, arguments));
    }

    /// `critical`: the call is over in about a microsecond and calls nothing back.
    private static MethodHandle bind(String name, FunctionDescriptor function) {
      return Linker.nativeLinker()
          .downcallHandle(CRYPTO.findOrThrow(name), function, Linker.Option.critical(false));
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
