package dev.madang.check;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Looks at the machine on which a server runs, or is to run.
public final class Machine {
  private Machine() {}

  /// @param data the folder of secrets and the database
  public static List<Finding> look(Path data) {
    List<Finding> found = new ArrayList<>();
    found.add(Finding.pass("java", "Java " + Runtime.version(), "자바 " + Runtime.version()));
    found.add(descriptors());
    found.add(memory());
    found.add(folder(data));
    return found;
  }

  private static Finding descriptors() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
      return Finding.skip("descriptors", "This system does not tell.", "이 시스템은 알려 주지 않아요.");
    }
    long most = unix.getMaxFileDescriptorCount();
    String en = most + " connections and files at a time";
    String ko = "연결과 파일을 한 번에 " + most + "개까지";
    return most >= FEW_DESCRIPTORS
        ? Finding.pass("descriptors", en, ko)
        : Finding.warn(
            "descriptors",
            en
                + ": each connection takes one. Raise the limit (`ulimit -n 65536`, or LimitNOFILE= of the service).",
            ko + ": 연결마다 하나씩 써요. 한도를 올리세요(`ulimit -n 65536`, 서비스라면 LimitNOFILE=).");
  }

  private static Finding memory() {
    long most = Runtime.getRuntime().maxMemory() >> 20;
    String en = "heap of at most " + most + " MiB";
    String ko = "힙 최대 " + most + " MiB";
    return most >= LITTLE_MEMORY
        ? Finding.pass("memory", en, ko)
        : Finding.warn(
            "memory",
            en + ": enough for a few rooms. More: a bigger machine, or MADANG_JAVA_OPTIONS=-Xmx2g.",
            ko + ": 방 몇 개에는 충분해요. 더 필요하면 더 큰 기계를 쓰거나 MADANG_JAVA_OPTIONS=-Xmx2g로 시작하세요.");
  }

  private static Finding folder(Path data) {
    Path at = data.toAbsolutePath();
    try {
      if (!Files.exists(data)) {
        return Finding.pass(
            "data", at + " will be made by the first start", at + " 폴더는 처음 시작할 때 만들어요");
      }
      Files.delete(Files.createTempFile(data, "doctor", ".tmp"));
      long left = Files.getFileStore(data).getUsableSpace() >> 20;
      return left >= LITTLE_DISK
          ? Finding.pass("data", at + ", " + left + " MiB free", at + ", 빈 자리 " + left + " MiB")
          : Finding.warn(
              "data",
              at + " has only " + left + " MiB left: make room.",
              at + "에 빈 자리가 " + left + " MiB뿐이에요. 자리를 비우세요.");
    } catch (IOException refused) {
      return Finding.fail(
          "data",
          at
              + " cannot be written by this user: give it to the user of the server, or choose another with --data=DIR.",
          "이 사용자는 " + at + "에 쓸 수 없어요. 서버를 돌리는 사용자에게 폴더를 주거나 --data=DIR로 다른 폴더를 고르세요.");
    }
  }

  private static final int FEW_DESCRIPTORS = 4096;
  private static final int LITTLE_MEMORY = 256;
  private static final int LITTLE_DISK = 200;
}
