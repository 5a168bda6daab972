package io.github.locks.aop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.ConstantDynamic;
import org.springframework.asm.Handle;
import org.springframework.asm.Label;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/**
 * Follows {@code this} through the locals and the operand stack of one method, and tells
 * about the calls that are made on it. Goes once through the instructions, in their
 * order: a value is {@code this} only if it is so on all ways that come from above. What
 * is read from fields, returned or passed as an argument is unknown, but for the
 * {@code this} of the enclosing class in its inner classes.
 * <p>
 * Throws a {@link RuntimeException} if the method is not what it seems. Stack map frames
 * serve as a check of the whole.
 */
final class ThisTracker extends MethodVisitor {

	private final String type;

	private final boolean isStatic;

	private final Consumer<TrackedCall> calls;

	private final Map<Label, Slots> arrivals = new HashMap<>();

	private final List<Guarded> guarded = new ArrayList<>();

	private final List<Guarded> active = new ArrayList<>();

	/** What is known here, or {@code null} if no way from above leads here. */
	private @Nullable Slots slots;

	private boolean thisReplaced;

	private int line;

	/**
	 * Creates a tracker for one method.
	 * @param type the internal name of the class that declares the method
	 * @param isStatic whether the method has no {@code this}
	 * @param enclosing the internal name of the class whose {@code this} is the first
	 * argument, or {@code null} if that is not so
	 * @param calls is told about the calls
	 */
	ThisTracker(String type, boolean isStatic, @Nullable String enclosing, Consumer<TrackedCall> calls) {
		super(SpringAsmInfo.ASM_VERSION);
		this.type = type;
		this.isStatic = isStatic;
		this.calls = calls;
		this.slots = unknown();
		this.slots.store(1, enclosing);
	}

	private Slots unknown() {
		Slots unknown = new Slots();
		unknown.store(0, (this.isStatic || this.thisReplaced) ? null : this.type);
		return unknown;
	}

	private Slots slots() {
		if (this.slots == null) {
			this.slots = unknown();
		}
		return this.slots;
	}

	@Override
	public void visitLineNumber(int line, Label start) {
		this.line = line;
	}

	@Override
	public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String exception) {
		this.guarded.add(new Guarded(start, end, handler));
	}

	@Override
	public void visitLabel(Label label) {
		Slots arriving = this.arrivals.get(label);
		if (this.slots == null) {
			this.slots = (arriving != null) ? arriving.copy() : null;
		}
		else if (arriving != null) {
			this.slots.merge(arriving);
		}
		for (Guarded block : this.guarded) {
			if (block.end() == label) {
				this.active.remove(block);
			}
			if (block.start() == label) {
				this.active.add(block);
			}
		}
		arriveAtHandlers();
	}

	@Override
	public void visitFrame(int kind, int localCount, Object[] locals, int stackCount, Object[] stack) {
		int depth = 0;
		for (int i = 0; i < stackCount; i++) {
			depth += (stack[i] == Opcodes.LONG || stack[i] == Opcodes.DOUBLE) ? 2 : 1;
		}
		if (this.slots == null) {
			slots().pushUnknown(depth);
			arriveAtHandlers();
		}
		else if (this.slots.depth() != depth) {
			throw new IllegalStateException("Counted " + this.slots.depth() + " slots where there are " + depth);
		}
	}

	private void arriveAtHandlers() {
		if (this.slots != null) {
			for (Guarded block : this.active) {
				arrive(block.handler(), this.slots.atHandler());
			}
		}
	}

	private void arrive(Label label, Slots from) {
		Slots known = this.arrivals.putIfAbsent(label, from);
		if (known != null) {
			known.merge(from);
		}
	}

	@Override
	public void visitInsn(int opcode) {
		switch (opcode) {
			case Opcodes.DUP -> slots().duplicate(1, 0);
			case Opcodes.DUP_X1 -> slots().duplicate(1, 1);
			case Opcodes.DUP_X2 -> slots().duplicate(1, 2);
			case Opcodes.DUP2 -> slots().duplicate(2, 0);
			case Opcodes.DUP2_X1 -> slots().duplicate(2, 1);
			case Opcodes.DUP2_X2 -> slots().duplicate(2, 2);
			case Opcodes.SWAP -> slots().swap();
			case Opcodes.IRETURN, Opcodes.LRETURN, Opcodes.FRETURN, Opcodes.DRETURN, Opcodes.ARETURN, Opcodes.RETURN,
					Opcodes.ATHROW ->
				this.slots = null;
			default -> apply(opcode);
		}
	}

	private void apply(int opcode) {
		slots().pop(StackEffects.pops(opcode));
		slots().pushUnknown(StackEffects.pushes(opcode));
	}

	@Override
	public void visitIntInsn(int opcode, int operand) {
		apply(opcode);
	}

	@Override
	public void visitIincInsn(int local, int increment) {
		// An int is never of interest.
	}

	@Override
	public void visitVarInsn(int opcode, int local) {
		switch (opcode) {
			case Opcodes.ALOAD -> slots().push(slots().load(local));
			case Opcodes.ASTORE -> store(local, slots().pop());
			case Opcodes.ISTORE, Opcodes.FSTORE, Opcodes.LSTORE, Opcodes.DSTORE -> {
				apply(opcode);
				store(local, null);
				if (opcode == Opcodes.LSTORE || opcode == Opcodes.DSTORE) {
					store(local + 1, null);
				}
			}
			case Opcodes.RET -> throw new IllegalStateException("Subroutines are not followed");
			default -> apply(opcode);
		}
	}

	private void store(int local, @Nullable String value) {
		slots().store(local, value);
		this.thisReplaced |= (local == 0);
		arriveAtHandlers();
	}

	@Override
	public void visitTypeInsn(int opcode, String operand) {
		if (opcode != Opcodes.CHECKCAST) {
			apply(opcode);
		}
	}

	@Override
	public void visitLdcInsn(Object value) {
		int size = (value instanceof ConstantDynamic constant) ? constant.getSize()
				: ((value instanceof Long || value instanceof Double) ? 2 : 1);
		slots().pushUnknown(size);
	}

	@Override
	public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
		slots().pop(dimensions);
		slots().push(null);
	}

	@Override
	public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
		int size = Type.getType(descriptor).getSize();
		switch (opcode) {
			case Opcodes.GETSTATIC -> slots().pushUnknown(size);
			case Opcodes.PUTSTATIC -> slots().pop(size);
			case Opcodes.PUTFIELD -> slots().pop(size + 1);
			default -> {
				boolean isThis = owner.equals(slots().pop()) && EnclosingThis.isField(owner, name, descriptor);
				slots().push(isThis ? EnclosingThis.type(descriptor) : null);
				slots().pushUnknown(size - 1);
			}
		}
	}

	@Override
	public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean onInterface) {
		int sizes = Type.getArgumentsAndReturnSizes(descriptor);
		int arguments = (sizes >> 2) - ((opcode == Opcodes.INVOKESTATIC) ? 1 : 0);
		tell(opcode, owner, name, descriptor, first(arguments));
		slots().pop(arguments);
		slots().pushUnknown(sizes & 3);
	}

	@Override
	public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... constants) {
		int sizes = Type.getArgumentsAndReturnSizes(descriptor);
		int arguments = (sizes >> 2) - 1;
		for (Object constant : constants) {
			if (constant instanceof Handle handle) {
				tell(Opcodes.INVOKEDYNAMIC, handle.getOwner(), handle.getName(), handle.getDesc(), first(arguments));
			}
		}
		slots().pop(arguments);
		slots().pushUnknown(sizes & 3);
	}

	private @Nullable String first(int arguments) {
		return (arguments > 0) ? slots().peek(arguments - 1) : null;
	}

	private void tell(int opcode, String owner, String name, String descriptor, @Nullable String receiver) {
		if (receiver != null) {
			this.calls.accept(new TrackedCall(opcode, owner, name, descriptor, receiver, this.line));
		}
	}

	@Override
	public void visitJumpInsn(int opcode, Label label) {
		if (opcode == Opcodes.JSR) {
			throw new IllegalStateException("Subroutines are not followed");
		}
		apply(opcode);
		arrive(label, slots().copy());
		if (opcode == Opcodes.GOTO) {
			this.slots = null;
		}
	}

	@Override
	public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
		visitSwitch(otherwise, labels);
	}

	@Override
	public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
		visitSwitch(otherwise, labels);
	}

	private void visitSwitch(Label otherwise, Label[] labels) {
		slots().pop();
		arrive(otherwise, slots().copy());
		for (Label label : labels) {
			arrive(label, slots().copy());
		}
		this.slots = null;
	}

	/**
	 * A call, or a reference to a method, whose first argument is a known object.
	 *
	 * @param opcode how it is called; {@code INVOKEDYNAMIC} for references
	 * @param owner the internal name of the class that the call names
	 * @param name the name of the method
	 * @param descriptor the types of the method
	 * @param receiver the class whose {@code this} the first argument is
	 * @param line the line of the call, or 0 if it is not known
	 */
	record TrackedCall(int opcode, String owner, String name, String descriptor, String receiver, int line) {

	}

	/**
	 * The instructions of a {@code try}, and where their exceptions go.
	 */
	private record Guarded(Label start, Label end, Label handler) {

	}

}
