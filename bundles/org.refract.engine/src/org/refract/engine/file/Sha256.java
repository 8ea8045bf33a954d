package org.refract.engine.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.refract.api.RefractException;

/** The checksum that files of Refract carry beside them. */
public final class Sha256 {

    private static final int PIECE = 1 << 20;

    private Sha256() {
    }

    /** The SHA-256 of bytes, in lower-case hexadecimal. */
    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    /** A hash that has seen nothing yet. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The SHA-256 of a file's bytes, in lower-case hexadecimal. */
    public static String of(Path file) throws RefractException {
        return of(file, 0);
    }

    /** The SHA-256 of a file's bytes from a place on, in lower-case hexadecimal. */
    public static String of(Path file, long from) throws RefractException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.position(from);
            MessageDigest digest = digest();
            ByteBuffer piece = ByteBuffer.allocate(PIECE);
            while (channel.read(piece) >= 0) {
                digest.update(piece.flip());
                piece.clear();
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }
}
