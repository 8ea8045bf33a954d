package org.refract.launcher;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.hooks.weaving.WovenClass;
import org.refract.launcher.guard.Exit;

/**
 * Takes the power to end the JVM from extensions: where a class of theirs calls {@code System.exit}, {@code Runtime.exit} or {@code Runtime.halt}, it
 * gets an exception, like from any other call that is not allowed.
 */
final class ExitWeaver implements WeavingHook {

    private static final ClassDesc EXIT = Exit.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc REFUSED = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
    private static final Set<String> ENDS = Set.of("java/lang/System.exit", "java/lang/Runtime.exit", "java/lang/Runtime.halt");

    @Override
    public void weave(WovenClass woven) {
        if (!ExtensionStarter.isExtension(woven.getBundleWiring().getBundle())) {
            return;
        }
        try {
            var resolver = ClassHierarchyResolver.ofResourceParsing(woven.getBundleWiring().getClassLoader()).orElse(ClassHierarchyResolver.defaultResolver());
            ClassFile classFile = ClassFile.of(ClassHierarchyResolverOption.of(resolver));
            ClassModel type = classFile.parse(woven.getBytes());
            if (StreamSupport.stream(type.constantPool().spliterator(), false).anyMatch(ExitWeaver::endsTheProcess)) {
                woven.setBytes(classFile.transformClass(type, ClassTransform.transformingMethodBodies(ExitWeaver::refuse)));
                woven.getDynamicImports().add(EXIT.packageName());
            }
        } catch (IllegalArgumentException e) {
            // a class that cannot be parsed is the class loader's to refuse; one whose parents are missing stays as it is, and is named when it ends Refract
        }
    }

    private static boolean endsTheProcess(PoolEntry entry) {
        return entry instanceof MethodRefEntry method && ENDS.contains(method.owner().asInternalName() + "." + method.name().stringValue());
    }

    private static void refuse(CodeBuilder code, CodeElement element) {
        if (element instanceof InvokeInstruction call && endsTheProcess(call.method())) {
            if (!call.opcode().equals(Opcode.INVOKESTATIC)) {
                code.swap().pop();
            }
            code.invokestatic(EXIT, "refused", REFUSED);
        } else {
            code.with(element);
        }
    }
}
