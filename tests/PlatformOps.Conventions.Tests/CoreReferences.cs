using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace PlatformOps.Conventions.Tests;

/// <summary>Which type of Core names which, as the compiler resolved it: in what it inherits, declares and calls, whether its file has a using for it or not.</summary>
internal sealed class CoreReferences
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private readonly MetadataReader _reader;
    private readonly PEReader _image;

    private CoreReferences(PEReader image) => (_image, _reader) = (image, image.GetMetadataReader());

    /// <summary>Each type outside of others, with those of the same assembly that it and its nested ones name.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Read(string path)
    {
        using var image = new PEReader(File.OpenRead(path));
        return new CoreReferences(image).Read();
    }

    private Dictionary<string, IReadOnlySet<string>> Read()
    {
        var all = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        foreach (var handle in _reader.TypeDefinitions)
        {
            var name = NameOf(handle);
            var named = (HashSet<string>)(all.TryGetValue(name, out var known) ? known : all[name] = new HashSet<string>(StringComparer.Ordinal));
            foreach (var other in NamedBy(handle))
                named.Add(NameOf(other));
        }

        return all;
    }

    private HashSet<TypeDefinitionHandle> NamedBy(TypeDefinitionHandle handle)
    {
        var found = new Collector();
        var type = _reader.GetTypeDefinition(handle);
        Add(type.BaseType, found);
        foreach (var implemented in type.GetInterfaceImplementations())
            Add(_reader.GetInterfaceImplementation(implemented).Interface, found);
        foreach (var parameter in type.GetGenericParameters())
            AddConstraints(parameter, found);
        foreach (var attribute in type.GetCustomAttributes())
            Add(_reader.GetCustomAttribute(attribute).Constructor, found);
        foreach (var field in type.GetFields())
            _reader.GetFieldDefinition(field).DecodeSignature(found, null);
        foreach (var method in type.GetMethods().Select(_reader.GetMethodDefinition))
            AddMethod(method, found);
        return found.Types;
    }

    private void AddMethod(MethodDefinition method, Collector found)
    {
        method.DecodeSignature(found, null);
        foreach (var parameter in method.GetGenericParameters())
            AddConstraints(parameter, found);
        if (method.RelativeVirtualAddress == 0)
            return;
        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
            _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(found, null);
        foreach (var region in body.ExceptionRegions)
            Add(region.CatchType, found);
        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            short value = code.ReadByte();
            if (value == 0xFE)
                value = (short)(0xFE00 | code.ReadByte());
            switch (Codes[value].OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.ReadByte();
                    break;
                case OperandType.InlineVar:
                    code.ReadInt16();
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.ReadInt64();
                    break;
                case OperandType.InlineSwitch:
                    for (var left = code.ReadInt32(); left > 0; left--)
                        code.ReadInt32();
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    Add(MetadataTokens.EntityHandle(code.ReadInt32()), found);
                    break;
                default:
                    code.ReadInt32();
                    break;
            }
        }
    }

    private void AddConstraints(GenericParameterHandle parameter, Collector found)
    {
        foreach (var constraint in _reader.GetGenericParameter(parameter).GetConstraints())
            Add(_reader.GetGenericParameterConstraint(constraint).Type, found);
    }

    private void Add(EntityHandle handle, Collector found)
    {
        if (handle.IsNil)
            return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                found.Types.Add((TypeDefinitionHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                _reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(found, null);
                break;
            case HandleKind.MethodDefinition:
                found.Types.Add(_reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                found.Types.Add(_reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                var member = _reader.GetMemberReference((MemberReferenceHandle)handle);
                Add(member.Parent, found);
                if (member.GetKind() == MemberReferenceKind.Method)
                    member.DecodeMethodSignature(found, null);
                else
                    member.DecodeFieldSignature(found, null);
                break;
            case HandleKind.MethodSpecification:
                var method = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(method.Method, found);
                method.DecodeSignature(found, null);
                break;
        }
    }

    private string NameOf(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
            type = _reader.GetTypeDefinition(type.GetDeclaringType());
        return $"{_reader.GetString(type.Namespace)}.{_reader.GetString(type.Name)}";
    }

    // Of a signature, only the types of the assembly itself are of interest.
    private sealed class Collector : ISignatureTypeProvider<bool, object?>
    {
        public HashSet<TypeDefinitionHandle> Types { get; } = [];

        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Types.Add(handle);

        public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
            => reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => false;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => false;

        public bool GetArrayType(bool elementType, ArrayShape shape) => false;

        public bool GetByReferenceType(bool elementType) => false;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => false;

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => false;

        public bool GetGenericMethodParameter(object? genericContext, int index) => false;

        public bool GetGenericTypeParameter(object? genericContext, int index) => false;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => false;

        public bool GetPinnedType(bool elementType) => false;

        public bool GetPointerType(bool elementType) => false;

        public bool GetSZArrayType(bool elementType) => false;
    }
}
