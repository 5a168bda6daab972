package io.github.locks.aop;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.expression.BeanResolver;
import org.springframework.expression.ConstructorResolver;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.MethodResolver;
import org.springframework.expression.OperatorOverloader;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypeComparator;
import org.springframework.expression.TypeConverter;
import org.springframework.expression.TypeLocator;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.expression.spel.SpelMessage;
import org.springframework.expression.spel.support.DataBindingMethodResolver;
import org.springframework.expression.spel.support.DataBindingPropertyAccessor;
import org.springframework.expression.spel.support.StandardOperatorOverloader;
import org.springframework.expression.spel.support.StandardTypeComparator;
import org.springframework.expression.spel.support.StandardTypeConverter;

/**
 * What the islands of a template may do: read properties of the arguments, call their
 * methods and name beans. No types, no constructors, no assignments. One for each call;
 * light, because it is made so often.
 */
final class TemplateContext implements EvaluationContext {

	private static final List<PropertyAccessor> PROPERTIES = List.of(DataBindingPropertyAccessor.forReadOnlyAccess());

	private static final List<MethodResolver> METHODS = List
		.of(DataBindingMethodResolver.forInstanceMethodInvocation());

	private static final TypeLocator NO_TYPES = (name) -> {
		throw new SpelEvaluationException(SpelMessage.TYPE_NOT_FOUND, name);
	};

	private static final TypeConverter CONVERTER = new StandardTypeConverter();

	private static final TypeComparator COMPARATOR = new StandardTypeComparator();

	private static final OperatorOverloader OPERATORS = new StandardOperatorOverloader();

	private final CallRoot root;

	private final ArgumentNames names;

	private final BeanResolver beans;

	TemplateContext(CallRoot root, ArgumentNames names, BeanResolver beans) {
		this.root = root;
		this.names = names;
		this.beans = beans;
	}

	@Override
	public TypedValue getRootObject() {
		return new TypedValue(this.root);
	}

	@Override
	public @Nullable Object lookupVariable(String name) {
		Integer index = this.names.indexOf(name);
		return (index != null) ? argument(index) : null;
	}

	@Nullable Object argument(int index) {
		return this.root.argument(index);
	}

	@Override
	public void setVariable(String name, @Nullable Object value) {
		throw new UnsupportedOperationException("The arguments of a call are read-only");
	}

	@Override
	public boolean isAssignmentEnabled() {
		return false;
	}

	@Override
	public List<PropertyAccessor> getPropertyAccessors() {
		return PROPERTIES;
	}

	@Override
	public List<ConstructorResolver> getConstructorResolvers() {
		return List.of();
	}

	@Override
	public List<MethodResolver> getMethodResolvers() {
		return METHODS;
	}

	@Override
	public BeanResolver getBeanResolver() {
		return this.beans;
	}

	@Override
	public TypeLocator getTypeLocator() {
		return NO_TYPES;
	}

	@Override
	public TypeConverter getTypeConverter() {
		return CONVERTER;
	}

	@Override
	public TypeComparator getTypeComparator() {
		return COMPARATOR;
	}

	@Override
	public OperatorOverloader getOperatorOverloader() {
		return OPERATORS;
	}

}
