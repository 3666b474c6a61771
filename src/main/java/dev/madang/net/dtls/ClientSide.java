package dev.madang.net.dtls;

import java.io.IOException;
import java.util.Hashtable;
import java.util.Vector;
import org.bouncycastle.tls.AbstractTlsClient;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CertificateStatusRequest;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.TlsServerCertificate;
import org.jspecify.annotations.Nullable;

/** How we behave in BouncyCastle's handshake of a client. */
@SuppressWarnings({"rawtypes", "unchecked"})
final class ClientSide extends AbstractTlsClient {
  private final Agreement agreement;

  ClientSide(Agreement agreement) {
    super(agreement.crypto());
    this.agreement = agreement;
  }

  @Override
  public Hashtable getClientExtensions() throws IOException {
    Hashtable extensions = super.getClientExtensions();
    TlsSRTPUtils.addUseSRTPExtension(extensions, Agreement.offer());
    return extensions;
  }

  @Override
  public void processServerExtensions(Hashtable extensions) throws IOException {
    super.processServerExtensions(extensions);
    agreement.accept(TlsSRTPUtils.getUseSRTPExtension(extensions));
  }

  @Override
  public TlsAuthentication getAuthentication() {
    return new TlsAuthentication() {
      @Override
      public void notifyServerCertificate(TlsServerCertificate shown) throws IOException {
        agreement.verify(shown.getCertificate());
      }

      @Override
      public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
        return agreement.credentials(context);
      }
    };
  }

  @Override
  public void notifyHandshakeComplete() throws IOException {
    super.notifyHandshakeComplete();
    agreement.complete(context);
  }

  /// RFC 5764 §4.2 takes the keys from an exporter, which RFC 7627 §5.4 ties to the extended master
  /// secret.
  @Override
  public boolean requiresExtendedMasterSecret() {
    return true;
  }

  /** There is no renegotiation that would have to be secure. */
  @Override
  public void notifySecureRenegotiation(boolean secure) {}

  /** The fingerprint says whose it is, whoever signed it and how. */
  @Override
  public boolean shouldCheckSigAlgOfPeerCerts() {
    return false;
  }

  @Override
  public int getHandshakeTimeoutMillis() {
    return agreement.deadlineMillis();
  }

  @Override
  public int getHandshakeResendTimeMillis() {
    return agreement.retransmissionMillis();
  }

  @Override
  protected ProtocolVersion[] getSupportedVersions() {
    return ProtocolVersion.DTLSv12.only();
  }

  @Override
  protected int[] getSupportedCipherSuites() {
    return Agreement.ALL_SUITES.clone();
  }

  @Override
  protected Vector getSupportedGroups(Vector roles) {
    return Agreement.groups();
  }

  @Override
  protected Vector getSupportedSignatureAlgorithms() {
    return Agreement.signatures();
  }

  @Override
  protected @Nullable CertificateStatusRequest getCertificateStatusRequest() {
    return null;
  }
}
