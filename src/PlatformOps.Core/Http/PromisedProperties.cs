using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PlatformOps.Core.Http;

/// <summary>Holds what is read to what its record promises: a property or an item that cannot be null is not.</summary>
internal static class PromisedProperties
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<Promise>> Known = [];

    /// <summary>Has every object of a type checked when it has been read.</summary>
    public static void Check(JsonTypeInfo type)
    {
        if (type.Kind == JsonTypeInfoKind.Object && type.Type.Assembly == typeof(PromisedProperties).Assembly)
            type.OnDeserialized = read => Check(read, Known.GetOrAdd(type.Type, Find));
    }

    /// <summary>A list whose items are not null.</summary>
    /// <exception cref="JsonException">One is.</exception>
    public static void CheckItems(object? read, string name = "the list")
    {
        var items = read is IDictionary pairs ? pairs.Values : read as IEnumerable;
        if (items is null or string)
            return;
        foreach (var item in items)
        {
            if (item is null)
                throw new JsonException($"{name} has an item that is null");
        }
    }

    private static void Check(object read, IReadOnlyList<Promise> promises)
    {
        foreach (var promise in promises)
        {
            var value = promise.Property.GetValue(read);
            if (value is null && promise.IsThere)
                throw new JsonException($"{promise.Property.DeclaringType!.Name}.{promise.Property.Name} is missing or null");
            if (promise.HasItems)
                CheckItems(value, $"{promise.Property.DeclaringType!.Name}.{promise.Property.Name}");
        }
    }

    private static List<Promise> Find(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return [.. type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property is { CanRead: true, CanWrite: true, PropertyType.IsValueType: false } && property.GetIndexParameters().Length == 0)
            .Select(property =>
            {
                var info = nullability.Create(property);
                return new Promise(property, info.ReadState == NullabilityState.NotNull, IsOfOpenType(property) || info.ElementType is { ReadState: NullabilityState.NotNull } || info.GenericTypeArguments is [.., { ReadState: NullabilityState.NotNull }]);
            })
            .Where(promise => promise.IsThere || promise.HasItems)];
    }

    // A list of T, of which nothing is promised where T is not known: its rows are there, whatever they are.
    private static bool IsOfOpenType(PropertyInfo property)
        => property.DeclaringType is { IsGenericType: true } type && type.GetGenericTypeDefinition().GetProperty(property.Name)!.PropertyType.GetGenericArguments().Any(argument => argument.IsGenericParameter);

    private sealed record Promise(PropertyInfo Property, bool IsThere, bool HasItems);
}
