namespace Reflow.Server.Control;

/// <summary>Something wrong in a workspace file, and where.</summary>
/// <param name="File">The file's name as it was given.</param>
/// <param name="Line">The line from 1; 0 when the file as a whole is meant.</param>
/// <param name="Column">The column in that line, from 1.</param>
/// <param name="Path">The member, for example <c>tenants[0].users[2].kunlun_id</c>; empty for the whole file.</param>
/// <param name="Sentence">What is wrong, for the person who wrote it.</param>
public sealed record WorkspaceFault(string File, long Line, long Column, string Path, string Sentence)
{
    /// <summary>One line: <c>file:line:column: path: sentence</c>, without the parts that are not known.</summary>
    public override string ToString() => (Line, Path) switch
    {
        (0, _) => $"{File}: {Sentence}",
        (_, "") => $"{File}:{Line}:{Column}: {Sentence}",
        _ => $"{File}:{Line}:{Column}: {Path}: {Sentence}",
    };
}

/// <summary>A place in a workspace file, kept with what was read there so that later checks can point at it.</summary>
/// <param name="Line">The line from 1.</param>
/// <param name="Column">The column from 1.</param>
/// <param name="Path">The member.</param>
public sealed record WorkspacePlace(long Line, long Column, string Path);
