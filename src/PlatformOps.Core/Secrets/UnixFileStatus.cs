using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PlatformOps.Core.Secrets;

/// <summary>What .NET does not tell of a file on Unix: whose it is, and whether it is one.</summary>
/// <param name="Owner">The user id of the owner.</param>
/// <param name="IsRegular">A regular file: no folder, pipe, socket or device.</param>
/// <param name="IsFolder">A folder.</param>
/// <param name="Mode">The permission bits.</param>
internal sealed partial record UnixFileStatus(uint Owner, bool IsRegular, bool IsFolder, UnixFileMode Mode)
{
    private const uint TypeMask = 0xF000;
    private const uint TypeFolder = 0x4000;
    private const uint TypeRegular = 0x8000;

    /// <summary>The user that this process acts as.</summary>
    public static uint CurrentUser => geteuid();

    /// <summary>Follows links.</summary>
    /// <returns>The status; null where the platform cannot tell or the file cannot be reached.</returns>
    public static UnixFileStatus? Of(string path)
    {
        try
        {
            Span<byte> buffer = stackalloc byte[512];
            if (OperatingSystem.IsLinux())
            {
                // statx(2): the same layout on every architecture. AT_FDCWD, no flags, STATX_BASIC_STATS.
                if (statx(-100, path, 0, 0x7ff, ref MemoryMarshal.GetReference(buffer)) != 0)
                    return null;
                return Make(BinaryPrimitives.ReadUInt32LittleEndian(buffer[20..]), BinaryPrimitives.ReadUInt16LittleEndian(buffer[28..]));
            }

            if (OperatingSystem.IsMacOS())
            {
                // stat(2) with 64-bit inodes: dev 4, mode 2, nlink 2, ino 8, uid 4.
                var failed = RuntimeInformation.ProcessArchitecture == Architecture.X64
                    ? stat_inode64(path, ref MemoryMarshal.GetReference(buffer))
                    : stat(path, ref MemoryMarshal.GetReference(buffer));
                return failed != 0 ? null : Make(BinaryPrimitives.ReadUInt32LittleEndian(buffer[16..]), BinaryPrimitives.ReadUInt16LittleEndian(buffer[4..]));
            }
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // An older C library.
        }

        return null;
    }

    private static UnixFileStatus Make(uint owner, uint mode)
        => new(owner, (mode & TypeMask) == TypeRegular, (mode & TypeMask) == TypeFolder, (UnixFileMode)(mode & 0xFFF));

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte buffer);

    [DllImport("libc", BestFitMapping = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int stat([MarshalAs(UnmanagedType.LPUTF8Str)] string path, ref byte buffer);

    [DllImport("libc", EntryPoint = "stat$INODE64", BestFitMapping = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int stat_inode64([MarshalAs(UnmanagedType.LPUTF8Str)] string path, ref byte buffer);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();
}
