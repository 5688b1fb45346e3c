using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Formatting;

/// <summary>Every table, with long values in everything that can hold them, on screens of two widths.</summary>
public sealed partial class WholeWordsTests
{
    // No part of one is a word, nor the part of another.
    private static readonly string[] Words = ["quixotry", "zephyr", "juxtapose", "waltzing", "kumquats", "flummox", "byzantine", "hydroxyl", "vexingly", "podzolic"];

    private static readonly XDocument Format = XDocument.Load(Path.Combine(Root(), "module", "PlatformOps.Format.ps1xml"));

    public static TheoryData<string, int> Tables
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var type in Format.Descendants("View").Where(view => view.Element("TableControl") is not null).SelectMany(view => view.Descendants("TypeName")).Select(name => name.Value).Where(name => !name.Contains('#', StringComparison.Ordinal)).Distinct())
            {
                data.Add(type, 80);
                data.Add(type, 160);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Tables))]
    public void No_word_and_no_header_is_broken_in_the_middle(string typeName, int width)
    {
        var type = typeof(StepRecord).Assembly.GetType(typeName)!;
        using var shell = new Shell(new WideHost(width));
        shell.Run("param($path) $PSStyle.OutputRendering = 'PlainText'; Update-FormatData -PrependPath $path", Path.Combine(Root(), "module", "PlatformOps.Format.ps1xml"));

        var text = (string)Assert.Single(shell.Run("param($value, $width) $value | Out-String -Width $width", Filled(type, 0), width).Values);

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width, line));
        var headers = Format.Descendants("View").Where(view => view.Descendants("TypeName").Any(name => name.Value == typeName)).SelectMany(view => view.Descendants("TableColumnHeader")).Select(header => header.Element("Label")?.Value).OfType<string>();
        foreach (var header in headers)
            Assert.Contains(header, lines[0], StringComparison.Ordinal);
        var broken = Parts().Matches(text).Select(match => match.Value).Where(part => !Words.Contains(part) && Words.Any(word => part.Length > 2 && (word.StartsWith(part, StringComparison.Ordinal) || word.EndsWith(part, StringComparison.Ordinal)))).ToList();
        Assert.True(broken.Count == 0, $"{string.Join(", ", broken)} in\n{text}");
    }

    private static object Filled(Type type, int depth)
    {
        var made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is not null && property.GetIndexParameters().Length == 0))
        {
            if (ValueOf(property.Name, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, depth) is { } value)
                property.SetValue(made, value);
        }

        return made;
    }

    private static object? ValueOf(string name, Type type, int depth)
    {
        if (type == typeof(string))
            return TextOf(name);
        if (type == typeof(bool))
            return true;
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>().MaxBy(value => value.ToString()!.Length);
        if (type == typeof(int) || type == typeof(long) || type == typeof(double))
            return Convert.ChangeType(42, type, CultureInfo.InvariantCulture);
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 11, 20, 15, 18, 26, TimeSpan.Zero);
        if (type == typeof(TimeSpan))
            return TimeSpan.FromMinutes(3);
        if (type.IsArray && depth < 2)
        {
            var element = type.GetElementType()!;
            var items = Array.CreateInstance(element, 3);
            for (var i = 0; i < items.Length; i++)
                items.SetValue(element == typeof(string) ? $"{Words[i]} {Words[i + 3]}" : ValueOf(name, element, depth + 1), i);
            return items;
        }

        return type.Namespace?.StartsWith("PlatformOps.", StringComparison.Ordinal) == true && type.IsClass && depth < 2 ? Filled(type, depth + 1) : null;
    }

    // What is a name is one word, as names are; everything else says a lot.
    private static string TextOf(string name) => name switch
    {
        "HypervisorName" or "Target" or "HostName" or "DeviceName" => "hv12.lab.example",
        "TicketId" => "MH-1012",
        "RunId" => "20261120-204553-26fe1a",
        "Phase" or "Step" => "PostReinstall",
        "Runbook" => "hypervisor/post-reinstall",
        "Service" => "alertmanager",
        "Type" => "string",
        "Compute" => "disabled/down",
        "Status" or "State" or "PhaseState" => "disabled",
        _ when name.EndsWith("Name", StringComparison.Ordinal) || name.EndsWith("Id", StringComparison.Ordinal) || name is "Key" or "Environment" or "Version" or "Owner" => "quixotry",
        _ => string.Join(' ', Words.Concat(Words)),
    };

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Module.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex("[a-z]+…?")]
    private static partial Regex Parts();

    private sealed class WideHost(int width) : PSHost
    {
        public override Guid InstanceId { get; } = Guid.NewGuid();

        public override string Name => nameof(WideHost);

        public override Version Version { get; } = new(1, 0);

        public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

        public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

        public override PSHostUserInterface UI { get; } = new Screen(width);

        public override void EnterNestedPrompt() => throw new NotSupportedException();

        public override void ExitNestedPrompt() => throw new NotSupportedException();

        public override void NotifyBeginApplication()
        {
        }

        public override void NotifyEndApplication()
        {
        }

        public override void SetShouldExit(int exitCode)
        {
        }
    }

    private sealed class Screen(int width) : PSHostUserInterface
    {
        public override PSHostRawUserInterface RawUI { get; } = new Raw(width);

        public override Dictionary<string, PSObject> Prompt(string caption, string message, System.Collections.ObjectModel.Collection<FieldDescription> descriptions) => throw new NotSupportedException();

        public override int PromptForChoice(string caption, string message, System.Collections.ObjectModel.Collection<ChoiceDescription> choices, int defaultChoice) => throw new NotSupportedException();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw new NotSupportedException();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw new NotSupportedException();

        public override string ReadLine() => throw new NotSupportedException();

        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

        public override void Write(string value)
        {
        }

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
        {
        }

        public override void WriteDebugLine(string message)
        {
        }

        public override void WriteErrorLine(string value)
        {
        }

        public override void WriteLine(string value)
        {
        }

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override void WriteVerboseLine(string message)
        {
        }

        public override void WriteWarningLine(string message)
        {
        }
    }

    private sealed class Raw(int width) : PSHostRawUserInterface
    {
        public override Size BufferSize { get; set; } = new(width, 50);

        public override Size WindowSize { get; set; } = new(width, 50);

        public override ConsoleColor BackgroundColor { get; set; }

        public override ConsoleColor ForegroundColor { get; set; }

        public override Coordinates CursorPosition { get; set; }

        public override int CursorSize { get; set; }

        public override bool KeyAvailable => false;

        public override Size MaxPhysicalWindowSize => WindowSize;

        public override Size MaxWindowSize => WindowSize;

        public override Coordinates WindowPosition { get; set; }

        public override string WindowTitle { get; set; } = "";

        public override void FlushInputBuffer()
        {
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException();

        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw new NotSupportedException();

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new NotSupportedException();

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw new NotSupportedException();
    }
}
