using System.IO.Pipelines;
using System.Text.Json;
using Reflow.Core;

namespace Reflow.Server.Gateway;

/// <summary>What an operation answers: data, or a refusal. The door of its family puts the envelope around it.</summary>
public readonly struct Reply
{
    Reply(Refusal? refusal, Action<Utf8JsonWriter>? members, bool topLevel, string message) =>
        (Refusal, Members, IsTopLevel, Message) = (refusal, members, topLevel, message);

    /// <summary>Success with <c>"data":{}</c>.</summary>
    public static Reply Empty { get; } = new(null, null, false, "success");

    /// <summary>Why the call is refused; null on success.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Writes the value of <c>data</c>, or the members beside <c>code</c> when <see cref="IsTopLevel"/>.</summary>
    public Action<Utf8JsonWriter>? Members { get; }

    /// <summary>True when the members stand beside <c>code</c> instead of inside <c>data</c>.</summary>
    public bool IsTopLevel { get; }

    /// <summary>The <c>msg</c> of success.</summary>
    public string Message { get; }

    /// <summary>Which page of how many rows this is, beside <c>data</c> (contracts: project §1.3); null where nothing is paged.</summary>
    public Pagination? Pagination { get; private init; }

    /// <summary>As <see cref="Data"/>, of one page of a list.</summary>
    public static Reply Page(int number, int size, long total, Action<Utf8JsonWriter> value) => new(null, value, false, "success") { Pagination = new(number, size, total) };

    /// <summary>Success; <paramref name="value"/> writes the whole value of <c>data</c>: an object, or for Feishu Project any value.</summary>
    public static Reply Data(Action<Utf8JsonWriter> value) => new(null, value, false, "success");

    /// <summary>Success; <paramref name="members"/> writes the members of <c>data</c>.</summary>
    public static Reply Object(Action<Utf8JsonWriter> members) => Data(json =>
    {
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    });

    /// <summary>Success; <paramref name="members"/> writes members beside <c>code</c> and <c>msg</c>, as token endpoints answer (contracts: platform §1.2).</summary>
    public static Reply TopLevel(string message, Action<Utf8JsonWriter> members) => new(null, members, true, message);

    /// <summary>Success without an envelope: a file, written piece by piece. What goes wrong on the way cuts it off.</summary>
    /// <param name="contentType">Its type.</param>
    /// <param name="name">Its name, of ASCII letters, digits and dots.</param>
    /// <param name="write">Writes all of it.</param>
    public static Reply Stream(string contentType, string name, Func<PipeWriter, CancellationToken, Task> write) => new(null, null, false, "") { File = new(contentType, name, write) };

    /// <summary>What is answered instead of an envelope; null otherwise.</summary>
    internal StreamedFile? File { get; private init; }

    /// <summary>A page, for the few operations that a browser asks for.</summary>
    public HtmlPage? Html { get; private init; }

    /// <summary>A page.</summary>
    public static implicit operator Reply(HtmlPage page) => new(null, null, false, "") { Html = page };

    /// <summary>A refusal.</summary>
    public static implicit operator Reply(Refusal refusal) => new(refusal, null, false, "");

    /// <summary>A refusal that needs nothing beside its error.</summary>
    public static implicit operator Reply(Error error) => new(error, null, false, "");
}

/// <summary>A page of Feishu Project (contracts: project §2.1).</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Size">How many rows to a page.</param>
/// <param name="Total">How many rows on all pages.</param>
public sealed record Pagination(int Number, int Size, long Total);

/// <summary>An answer that is a file.</summary>
/// <param name="ContentType">Its type.</param>
/// <param name="Name">Its name.</param>
/// <param name="Write">Writes all of it.</param>
sealed record StreamedFile(string ContentType, string Name, Func<PipeWriter, CancellationToken, Task> Write);
