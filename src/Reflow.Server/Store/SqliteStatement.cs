using System.Collections;
using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Reflow.Server.Store;

/// <summary>
/// A prepared statement of SQLite and the row that it is at. It binds by position and reads columns in place: the driver's commands look every parameter up by name and make a
/// reader for each run, which costs more than most statements do.
/// </summary>
sealed class SqliteStatement : DbDataReader
{
    const int ShortText = 256;

    readonly sqlite3 database;
    readonly sqlite3_stmt statement;
    readonly int[] places;

    /// <summary>Prepares <paramref name="sql"/>, whose parameters are <c>$1</c> to <c>$n</c>.</summary>
    public SqliteStatement(sqlite3 database, string sql, int parameters)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
        places = [.. Enumerable.Range(1, parameters).Select(n => raw.sqlite3_bind_parameter_index(statement, $"${n}"))];
        if (raw.sqlite3_bind_parameter_count(statement) != places.Count(place => place > 0)) throw new UnreachableException($"{sql} asks for more than its {parameters} arguments");
        Writes = raw.sqlite3_stmt_readonly(statement) == 0;
    }

    /// <summary>Whether running it may change rows.</summary>
    public bool Writes { get; }

    /// <summary>Gives parameter <c>$n</c> its value, <paramref name="n"/> counting from 1.</summary>
    public void Bind(int n, object? value)
    {
        if (places[n - 1] is not (> 0 and var place)) return;
        Check(value switch
        {
            null => raw.sqlite3_bind_null(statement, place),
            string text => BindText(place, text),
            long number => raw.sqlite3_bind_int64(statement, place, number),
            int number => raw.sqlite3_bind_int64(statement, place, number),
            bool truth => raw.sqlite3_bind_int64(statement, place, truth ? 1 : 0),
            double number => raw.sqlite3_bind_double(statement, place, number),
            _ => throw new UnreachableException($"no column holds a {value.GetType()}"),
        });
    }

    /// <summary>Steps to the next row; false behind the last.</summary>
    /// <exception cref="SqliteException">The engine refused.</exception>
    public override bool Read()
    {
        var result = raw.sqlite3_step(statement);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE)) Check(result);
        return result == raw.SQLITE_ROW;
    }

    /// <summary>Runs it to its end and answers how many rows it changed.</summary>
    public int Run()
    {
        try
        {
            while (Read()) { }
            return Writes ? raw.sqlite3_changes(database) : 0;
        }
        finally { Reset(); }
    }

    /// <summary>Makes it ready to be run again; the row that it was at is gone.</summary>
    public void Reset() => raw.sqlite3_reset(statement);

    public override bool IsDBNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public override long GetInt64(int column) => raw.sqlite3_column_int64(statement, column);

    public override int GetInt32(int column) => checked((int)GetInt64(column));

    public override double GetDouble(int column) => raw.sqlite3_column_double(statement, column);

    public override string GetString(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    /// <summary>The UTF-8 bytes of a text, valid until the next step.</summary>
    public ReadOnlySpan<byte> GetUtf8(int column) => raw.sqlite3_column_blob(statement, column);

    public override object GetValue(int column) => raw.sqlite3_column_type(statement, column) switch
    {
        raw.SQLITE_INTEGER => GetInt64(column),
        raw.SQLITE_FLOAT => GetDouble(column),
        raw.SQLITE_TEXT => GetString(column),
        raw.SQLITE_NULL => DBNull.Value,
        _ => raw.sqlite3_column_blob(statement, column).ToArray(),
    };

    public override int FieldCount => raw.sqlite3_column_count(statement);

    public override string GetName(int column) => raw.sqlite3_column_name(statement, column).utf8_to_string();

    public override object this[int column] => GetValue(column);

    public override bool IsClosed => statement.IsClosed;

    public override int Depth => 0;

    protected override void Dispose(bool disposing)
    {
        if (disposing) statement.Dispose();
        base.Dispose(disposing);
    }

    int BindText(int place, string text)
    {
        // An empty span has no address, which the engine takes for null.
        if (text.Length == 0) return raw.sqlite3_bind_text(statement, place, "");
        if (text.Length > ShortText) return raw.sqlite3_bind_text(statement, place, Encoding.UTF8.GetBytes(text).AsSpan());
        Span<byte> bytes = stackalloc byte[3 * ShortText];
        return raw.sqlite3_bind_text(statement, place, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    void Check(int result) => SqliteException.ThrowExceptionForRC(result, database);

    // What a reader must have and no statement here asks for.
    public override object this[string name] => throw new NotSupportedException();
    public override bool HasRows => throw new NotSupportedException();
    public override int RecordsAffected => throw new NotSupportedException();
    public override bool NextResult() => false;
    public override bool GetBoolean(int column) => throw new NotSupportedException();
    public override byte GetByte(int column) => throw new NotSupportedException();
    public override long GetBytes(int column, long from, byte[]? buffer, int offset, int length) => throw new NotSupportedException();
    public override char GetChar(int column) => throw new NotSupportedException();
    public override long GetChars(int column, long from, char[]? buffer, int offset, int length) => throw new NotSupportedException();
    public override string GetDataTypeName(int column) => throw new NotSupportedException();
    public override DateTime GetDateTime(int column) => throw new NotSupportedException();
    public override decimal GetDecimal(int column) => throw new NotSupportedException();
    public override IEnumerator GetEnumerator() => throw new NotSupportedException();
    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetFieldType(int column) => throw new NotSupportedException();
    public override float GetFloat(int column) => throw new NotSupportedException();
    public override Guid GetGuid(int column) => throw new NotSupportedException();
    public override short GetInt16(int column) => throw new NotSupportedException();
    public override int GetOrdinal(string name) => throw new NotSupportedException();
    public override int GetValues(object[] values) => throw new NotSupportedException();
}
