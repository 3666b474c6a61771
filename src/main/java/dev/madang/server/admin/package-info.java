/** The door for whoever runs the server: which rooms live, and how to end them. */
package dev.madang.server.admin;
