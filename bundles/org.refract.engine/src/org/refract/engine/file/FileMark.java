package org.refract.engine.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

/**
 * By what a file is known again.
 *
 * @param key  the file system's own name of it, {@code "null"} where there is none
 * @param size bytes, -1 if the file cannot be seen
 */
record FileMark(String key, long size, FileTime changed) {

    /** The mark of a file as it is now. */
    static FileMark of(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileMark(Objects.toString(now.fileKey()), now.size(), now.lastModifiedTime());
        } catch (IOException e) {
            return new FileMark("", -1, FileTime.fromMillis(0));
        }
    }
}
